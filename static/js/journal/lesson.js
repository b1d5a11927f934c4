// The lesson's page: keys, files that go out when chosen, and no leaving with something typed and not saved.

import { announce } from "../app.js";
import { keepSnapshots } from "../offline/snapshot.js";
import * as store from "../offline/store.js";

const root = document.getElementById("lesson");

// What was sent last: {form, focused, button}; the answer puts the person back where she was.
let sent = null;

function init() {
  enhance();
  root.addEventListener("input", ({ target }) => { if (target.form?.matches("[data-guard]")) typed(target.form); });
  root.addEventListener("change", ({ target }) => { if (target.matches("[data-upload] input[type=file]")) upload(target.form); });
  root.addEventListener("click", onClick);
  root.addEventListener("submit", ({ target, submitter }) => {
    sent = { form: target, button: submitter?.name, focused: document.activeElement?.id };
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:after:swap", afterSwap);
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.response?.status === 200 && ctx.sourceElement?.matches?.(DRAFTED)) store.dropDraft(nameOf(ctx.sourceElement));
  });
  window.addEventListener("beforeunload", (event) => { if (root.querySelector("form[data-typed]")) event.preventDefault(); });
  for (const form of root.querySelectorAll(DRAFTED)) bringBack(form);
  keepSnapshots();
  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches("textarea, input") && root.contains(named)) named.focus();
}

// ── What was typed and not saved outlives the page ──────────────────────────
const DRAFTED = "#lesson-form form";
const nameOf = (form) => new URL(form.action).pathname;
const fieldsOf = (form) => [...form.elements].filter(({ name, type }) => name && !["submit", "file"].includes(type) && name !== "csrf_token");
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

function typed(form) {
  form.dataset.typed = "1";
  if (!form.matches(DRAFTED)) return;
  // With the version it was typed over: what somebody else changes meanwhile is told when it is saved.
  store.keepDraft(nameOf(form), Object.fromEntries(fieldsOf(form).map((field) => [field.name, valueOf(field)])));
}

function bringBack(form) {
  const draft = store.draftOf(nameOf(form));
  if (!draft) return;
  const changed = fieldsOf(form).filter((field) => field.name in draft.fields && valueOf(field) !== draft.fields[field.name]);
  if (!changed.some(({ name }) => name !== "version")) return store.dropDraft(nameOf(form));
  for (const field of changed) {
    if (field.type === "checkbox") field.checked = draft.fields[field.name];
    else field.value = draft.fields[field.name];
  }
  form.dataset.typed = "1";
  form.prepend(draftNote(form, new Date(draft.at)));
  return undefined;
}

function draftNote(form, at) {
  const note = document.createElement("p");
  note.className = "note note-warn draft-note";
  const when = at.toLocaleString("ru", { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
  const drop = document.createElement("button");
  Object.assign(drop, { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: "Убрать черновик" });
  drop.addEventListener("click", () => {
    store.dropDraft(nameOf(form));
    delete form.dataset.typed;
    location.reload();
  });
  const words = `Возвращено набранное ${when} и не сохранённое.`;
  note.append(`${words} `, drop);
  announce(words);
  return note;
}

/** What only works with scripts is shown, what is not needed with them is hidden. */
function enhance() {
  for (const button of root.querySelectorAll("[data-put]")) button.hidden = false;
  for (const form of root.querySelectorAll("[data-upload]")) form.classList.add("by-script");
}

function upload(form) {
  if (form.elements.files.files.length) form.requestSubmit();
}

function onClick(event) {
  const put = event.target.closest("[data-put]");
  if (!put) return;
  const area = document.getElementById(put.dataset.put);
  area.value = put.dataset.text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

function onKey(event) {
  const { altKey, ctrlKey, metaKey, key, code, target } = event;
  const main = root.querySelector("#lesson-form form");
  // By code: the keys are «е» and «ы» in the Russian layout.
  if (altKey && code === "KeyT") press(event, main?.querySelector("[name=take_topic]"));
  else if ((ctrlKey || metaKey) && (key === "Enter" || code === "KeyS")) {
    press(event, (target.closest?.("form[data-guard]") ?? main)?.querySelector(".btn-primary"));
  }
}

function press(event, button) {
  if (!button) return;
  event.preventDefault();
  button.click();
}

function afterSwap() {
  enhance();
  takeVersion();
  if (!sent || sent.form.isConnected) return;
  const { button, focused } = sent;
  sent = null;
  const wrong = root.querySelector("[aria-invalid=true]");
  const place = wrong ?? document.getElementById(button === "take_topic" ? "homework" : focused);
  (place ?? root.querySelector("#lesson-form .btn-primary"))?.focus({ preventScroll: !wrong });
}

/** After one's own save the other forms of the page go on from the version it left; after a refusal they do not. */
function takeVersion() {
  const terms = document.getElementById("lesson-terms");
  if (!terms?.dataset.version) return;
  for (const input of root.querySelectorAll("input[name=version]")) input.value = terms.dataset.version;
  delete terms.dataset.version;
}

if (root) init();
