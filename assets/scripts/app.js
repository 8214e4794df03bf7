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

// 念给我听, where letters are large and the telephone has a voice for the page's language. Sentence by sentence: engines
// break off in the middle of long texts.
const aloud = document.querySelector("[data-aloud]");
const voice = () => window.speechSynthesis.getVoices().find((one) => one.lang.slice(0, 2) === document.documentElement.lang.slice(0, 2));

function offerVoice() {
  aloud.hidden = !voice();
}

function sentences() {
  const parts = [document.getElementById("main"), document.querySelector(".help")];
  const text = parts.map((part) => (part ? part.innerText.replace(aloud.innerText, "") : "")).join("\n");
  return text.split(/[\n。！？；]+/).map((one) => one.trim()).filter(Boolean);
}

function say(isReading) {
  aloud.dataset.start ??= aloud.innerText;
  aloud.innerText = isReading ? aloud.dataset.stop : aloud.dataset.start;
}

function readOrStop() {
  const engine = window.speechSynthesis;
  if (engine.speaking) {
    engine.cancel();
    say(false);
    return;
  }
  const spoken = sentences().map((one) => {
    const utterance = new SpeechSynthesisUtterance(one);
    utterance.voice = voice();
    utterance.lang = document.documentElement.lang;
    utterance.rate = 0.85;
    return utterance;
  });
  spoken.at(-1).addEventListener("end", () => say(false));
  for (const utterance of spoken) engine.speak(utterance);
  say(true);
}

if (aloud && "speechSynthesis" in window) {
  aloud.addEventListener("click", readOrStop);
  window.speechSynthesis.addEventListener("voiceschanged", offerVoice);
  window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
  offerVoice();
}
