// What was sent with a form and got no answer is back in its fields for who goes back to it: a browser brings back only
// some of them. It lies in this tab's own memory (`page:` goes with who signs out, see offline/waiting.js).

import { toast } from "./messages.js";

const NAME = "page:sent";
const here = () => location.pathname + location.search;

/** The controls that a person fills. */
export const filled = (form) => [...form.elements].filter(({ name, type, localName }) =>
  name && localName !== "button" && !["hidden", "file", "password", "submit", "image", "reset"].includes(type));

/** Before the form leaves the page. */
export function keepForm(form) {
  // Never the form of a password: neither it nor whose it is stays in a browser that others use too.
  const fields = form.querySelector("[type=password]") ? [] : filled(form).map(({ name, value, checked }) => [name, value, checked]);
  if (!fields.length) return;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ path: here(), form: [...document.forms].indexOf(form), action: form.action, fields }));
  } catch {
    sessionStorage.removeItem(NAME);
  }
}

const [navigation] = performance.getEntriesByType("navigation");

/** On a page that was gone back to: into the form it was sent from. Any page that came otherwise is the answer, be it the
 *  form's own; one that says what went wrong is none: its words lead back to the form. */
export function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  if (!kept || document.querySelector(".error-page")) return;
  sessionStorage.removeItem(NAME);
  if (navigation?.type !== "back_forward") return;
  const form = document.forms[kept.form];
  if (kept.path !== here() || form?.action !== kept.action) return;
  const controls = filled(form);
  if (controls.length !== kept.fields.length || controls.some(({ name }, index) => name !== kept.fields[index][0])) return;
  controls.forEach((control, index) => fill(control, kept.fields[index]));
  toast("Ответа сервера не было. Набранное снова в полях: проверьте, не сохранилось ли оно, и отправьте ещё раз.", "bad");
}

function fill(control, [, value, checked]) {
  if (control.type === "select-multiple") return;
  if (control.type === "checkbox" || control.type === "radio") control.checked = checked;
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
