// Comfort only: every page works without it.
import { createAll, Button, Checkboxes, ErrorSummary, Radios } from "./govuk-frontend.js";

createAll(Button, { preventDoubleClick: true });
createAll(Checkboxes);
createAll(ErrorSummary);
createAll(Radios);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
