// The week at a glance by hand: who is pencilled in, or asked to come, is dragged to another cell. A drop sends the form the
// buttons send; the page that answers says what was done, or why not. With the keyboard, or without this, there are the buttons.
import Sortable from "sortablejs";

const form = document.getElementById("drop");
const hint = document.querySelector("[data-drag-hint]");
const made = new WeakSet();
const glance = () => document.getElementById("glance");

function send(one, cell) {
  form.action = one.dataset.put ?? cell.dataset.into;
  form.elements.shift_role_id.value = cell.dataset.role;
  form.elements.volunteer_id.value = one.dataset.person ?? "";
  form.submit();
}

function carry(isCarried) {
  if (isCarried) document.body.dataset.carrying = "1";
  else delete document.body.dataset.carrying;
  for (const list of glance().querySelectorAll("[data-role]")) list.classList.toggle("is-open", isCarried);
}

function makeDraggable(list) {
  Sortable.create(list, {
    group: { name: "week", pull: true, put: "role" in list.dataset },
    draggable: "[data-put], [data-person]",
    sort: false,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 6,
    delay: 250,
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    ghostClass: "is-carried",
    onStart: () => carry(true),
    onEnd: () => carry(false),
    onAdd: ({ item, to, from, oldIndex }) => {
      from.insertBefore(item, from.children[oldIndex]);
      send(item, to);
    },
  });
  made.add(list);
}

// Cells that came anew with fresh news.
function makeAllDraggable() {
  for (const list of document.querySelectorAll(".board__people")) if (!made.has(list)) makeDraggable(list);
  if (hint) hint.hidden = !document.querySelector("[data-put], [data-person]");
}

if (form && glance()) {
  makeAllDraggable();
  new MutationObserver(makeAllDraggable).observe(glance().closest("[data-live]"), { childList: true, subtree: true });
}
