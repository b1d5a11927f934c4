// What was sent with a form and got no answer is back in its fields for who goes back to it, and so is what was typed and
// not sent when the page was left or loaded anew: a browser brings back only some of it. It lies in this tab's own memory
// (`page:` goes with who signs out, see offline/waiting.js).

import { toast } from "./messages.js";
import { newId } from "./offline/store.js";

const NAME = "page:sent";
const TYPED = "page:typed";
const here = () => location.pathname + location.search;

/** The controls that a person fills. */
export const filled = (form) => [...form.elements].filter(({ name, type, localName }) =>
  name && localName !== "button" && !["hidden", "file", "password", "submit", "image", "reset"].includes(type));

const TEXTS = ["textarea", "text", "email", "tel", "url", "number"];
const cameWith = ({ type, defaultValue }) => (TEXTS.includes(type) ? defaultValue : "");
const fieldsOf = (form) => filled(form).map((control) => [control.name, control.value, control.checked, cameWith(control)]);
const left = new WeakSet(); // forms that were sent: what they hold is the server's now

const unanswered = new WeakMap(); // form that was gone back to → {id, content} it was sent with

/** Before the form leaves the page with this content. Sent again as it was, because no answer came, it goes out under the
 *  same id, and the server carries it out once (web/once.py); so it does where the browser loads the answer anew. */
export function keepForm(form, content) {
  left.add(form);
  const before = unanswered.get(form);
  const id = before?.content === content ? before.id : newId();
  carry(form, id);
  // Never the form of a password: neither it nor whose it is stays in a browser that others use too.
  const fields = form.querySelector("[type=password]") ? [] : fieldsOf(form);
  if (!fields.length) return;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ path: here(), form: [...document.forms].indexOf(form), action: form.action, fields, id, content }));
  } catch {
    sessionStorage.removeItem(NAME);
  }
}

function carry(form, id) {
  const field = form.querySelector("input[name=form_id]") ?? document.createElement("input");
  Object.assign(field, { type: "hidden", name: "form_id", value: id });
  form.append(field);
}

const [navigation] = performance.getEntriesByType("navigation");

/** On a page that was gone back to: into the form it was sent from. Any page that came otherwise is the answer, be it the
 *  form's own; one that says what went wrong is none: its words lead back to the form. */
export function bringBack() {
  if (document.querySelector(".error-page")) return;
  const kept = takeSent();
  if (kept && navigation?.type === "back_forward" && fillForm(kept)) {
    tellOf(kept);
  } else if (leftHere().map(fillForm).some(Boolean)) {
    toast("Набранное и не отправленное снова в полях.");
  }
}

// Back on a page that the browser has kept whole.
window.addEventListener("pageshow", ({ persisted }) => {
  const kept = persisted && takeSent();
  if (kept) tellOf(kept);
});

function takeSent() {
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  sessionStorage.removeItem(NAME);
  return kept?.path === here() ? kept : null;
}

function tellOf(kept) {
  const form = document.forms[kept.form];
  unanswered.set(form, kept);
  const files = form.querySelector("[type=file]") ? " Файлы выберите снова." : "";
  toast(`Ответа сервера не было. Набранное снова в полях: отправьте как есть, дошедшее второй раз не запишется.${files} Исправленное уйдёт как новое.`, "bad");
}

function fillForm({ form: number, action, fields }) {
  const form = document.forms[number];
  const controls = form?.action === action ? filled(form) : [];
  if (!controls.length || controls.length !== fields.length) return false;
  // What somebody has written anew since is not written over by what was begun on the old.
  if (controls.some((control, index) => control.name !== fields[index][0] || cameWith(control) !== fields[index][3])) return false;
  controls.forEach((control, index) => fill(control, fields[index]));
  return true;
}

// ── Typed, and the page left without sending it ─────────────────────────────
/** A plain form in which something was typed. Others look after themselves: messages and lessons have drafts, forms of
 *  what is stored are compared with it (stored.js), those of htmx do not leave the page. */
const isBegun = (form) => form.method === "post" && !left.has(form) && !form.querySelector("[type=password]")
  && !("stored" in form.dataset) && !("write" in form.dataset) && !form.getAttributeNames().some((name) => name.startsWith("hx-"))
  && filled(form).some((control) => TEXTS.includes(control.type) && control.value.trim() && control.value !== cameWith(control));

window.addEventListener("pagehide", () => {
  const pages = typedPages().filter(({ path }) => path !== here());
  const forms = [...document.forms].map((form, number) => ({ form: number, action: form.action, fields: isBegun(form) ? fieldsOf(form) : [] }));
  const begun = forms.filter(({ fields }) => fields.length);
  if (begun.length) pages.push({ path: here(), begun });
  try {
    sessionStorage.setItem(TYPED, JSON.stringify(pages.slice(-MOST)));
  } catch {
    sessionStorage.removeItem(TYPED);
  }
});

const MOST = 10; // pages
const typedPages = () => JSON.parse(sessionStorage.getItem(TYPED) ?? "[]");
/** A page that answers a form (data-typed) shows what was typed by itself. */
const leftHere = () => ("typed" in document.body.dataset ? [] : typedPages().find(({ path }) => path === here())?.begun ?? []);

function fill(control, [, value, checked]) {
  if (control.type === "select-multiple") return;
  if (control.type === "checkbox" || control.type === "radio") control.checked = checked;
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
