// Parts of a page that stay fresh (`data-live`, service/web/live.py): asked for again and again under the tag they have.
// What is new is grafted in, so that the focus, what is unfolded and what somebody is typing stay as they are.
import { Idiomorph } from "idiomorph";

const TEXT = "input:not([type=hidden]), textarea, select";
let isPressed = false;
for (const [name, now] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(name, () => (isPressed = now), true);
}

function isTouched(field) {
  if (field === document.activeElement) return true;
  if (field instanceof HTMLSelectElement) return field.selectedIndex > 0 && !field.selectedOptions[0].defaultSelected;
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
}

const isBeingFilledIn = (form) => [...form.querySelectorAll(TEXT)].some(isTouched);
const holdsWork = (node) => node instanceof Element && [node, ...node.querySelectorAll("form")].some((one) => one instanceof HTMLFormElement && isBeingFilledIn(one));

// Why what one asked for was not done (`data-stays`): to be read in peace, until one asks for the page anew.
const isAnswer = (node) => node instanceof Element && "stays" in node.dataset;

const keep = {
  beforeNodeMorphed: (old) => !(old instanceof HTMLFormElement && isBeingFilledIn(old)),
  beforeNodeRemoved: (old) => !(holdsWork(old) || isAnswer(old)),
  beforeAttributeUpdated: (name, node) => !(name === "open" && node instanceof HTMLDetailsElement),
};

// Where the focus goes when what had it is gone: the nearest thing around it that is still there.
function around(element, part) {
  const chain = [];
  for (let one = element; part.contains(one); one = one.parentElement) chain.push(one);
  return chain;
}

function graft(part, html) {
  const had = part.contains(document.activeElement) ? around(document.activeElement, part) : [];
  Idiomorph.morph(part, html, { morphStyle: "innerHTML", callbacks: keep });
  const left = had.find((one) => one.isConnected);
  if (left && left !== had[0]) {
    left.tabIndex = -1;
    left.focus({ preventScroll: true });
  }
}

// What is worth saying when it is new: `data-says`, or the text itself; and whose going is, by `data-name`.
function words(part) {
  const found = [...part.querySelectorAll("[data-says][id]")];
  return new Map(found.map((one) => [one.id, { one, says: one.dataset.says || one.innerText.trim().replace(/\s+/g, " "), name: one.dataset.name }]));
}

// What is other than before, in words: one or two things by name, more by their number.
function difference(before, part, say) {
  const after = words(part);
  const told = [];
  for (const [id, { one, says }] of after) {
    if (before.get(id)?.says === says) continue;
    one.classList.add("is-new");
    told.push(says);
  }
  for (const [id, { name }] of before) {
    if (name && !after.has(id)) told.push(say.gone.replace("{what}", name));
  }
  if (told.length > 2) return say.many.replace("{n}", told.length);
  return told.length ? told.join(say.between) + say.end : say.some;
}

class Follower {
  constructor(part) {
    this.part = part;
    this.tag = part.dataset.tag;
    this.line = part.previousElementSibling?.classList.contains("live") ? part.previousElementSibling : null;
    this.wait();
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
  }

  at(what) {
    return this.line.querySelector(`[data-live-${what}]`);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 1000 * this.part.dataset.every);
  }

  // Nothing is changed under a hand that is about to press, or is carrying something.
  async ask() {
    clearTimeout(this.timer);
    if (!document.hidden && !isPressed && !document.body.dataset.carrying) {
      try {
        await this.hear(await fetch(this.part.dataset.live, { cache: "no-store", redirect: "error", headers: { "If-None-Match": `"${this.tag}"` } }));
      } catch {
        this.stamp("stale");
      }
    }
    this.wait();
  }

  async hear(answer) {
    if (answer.status === 205) return location.reload();
    if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
    this.tag = answer.headers.get("ETag")?.replaceAll('"', "") ?? this.tag;
    this.clock = decodeURIComponent(answer.headers.get("Lunzhi-Clock") ?? "");
    this.stamp("fresh");
    if (answer.status === 304) return;
    const before = words(this.part);
    graft(this.part, await answer.text());
    if (this.line) this.at("said").textContent = difference(before, this.part, this.at("said").dataset);
  }

  // The warning is said once, not at each try.
  stamp(kind) {
    if (!this.line) return;
    const isStale = kind === "stale";
    const stamp = this.at("stamp");
    this.clock ??= this.at("clock").dataset.clock;
    this.at("clock").textContent = stamp.dataset[kind].replace("{clock}", this.clock);
    this.at("icon").hidden = !isStale;
    if (isStale && !stamp.classList.contains("is-stale")) this.at("said").textContent = stamp.dataset.stale.replace("{clock}", this.clock);
    if (!isStale && stamp.classList.contains("is-stale")) this.at("said").textContent = "";
    stamp.classList.toggle("is-stale", isStale);
  }
}

for (const part of document.querySelectorAll("[data-live]")) new Follower(part);
