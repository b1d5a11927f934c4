// A form that shows what is stored (data-stored: the page it stands on) may be older than what a colleague has stored
// since. Before it is sent it is compared with the page as it is now: what one did not touch stays the colleague's, and
// what both changed is told and sent only when it is sent again. The log has both either way.

import { filled } from "./kept-form.js";
import { toast } from "./messages.js";

const NAME = "page:stored";
const PATIENCE = 20000; // ms
const begun = new WeakMap(); // form → what was stored when its page came, or when it was told

/** True where the form may go. Where nobody can say what is stored it may: the server has the last word. */
export async function agreesWithStored(form) {
  const page = await fetch(form.dataset.stored, { credentials: "same-origin", signal: AbortSignal.timeout?.(PATIENCE) });
  if (page.status === 404) {
    toast("Этого больше нет: удалили, пока вы правили. Не отправлено, набранное осталось в полях.", "bad");
    return false;
  }
  const twin = page.ok && sameForm(new DOMParser().parseFromString(await page.text(), "text/html"), form);
  const before = begun.get(form) ?? firstOf(form);
  if (!twin || !before) return true;
  const now = valuesOf(twin, true);
  const told = merge(form, before, now);
  begun.set(form, plain(now));
  remember(form, now);
  tell(told);
  return !told.length;
}

/** A page may have several forms of one action: what is hidden in them says which is which. */
function sameForm(page, form) {
  const isTelling = ({ type, name, dataset }) => type === "hidden" && !["csrf_token", "form_id"].includes(name) && !("brought" in dataset);
  const which = (one) => JSON.stringify([
    one.getAttribute("action"),
    ...[...one.elements].filter(isTelling).map(({ name, defaultValue }) => [name, defaultValue]),
  ]);
  return [...page.forms].find((one) => which(one) === which(form));
}

// A page that answers a form (refused: data-typed) shows what was typed. What was stored then was put aside when it was sent.
function firstOf(form) {
  if (!("typed" in document.body.dataset)) return plain(valuesOf(form, true));
  const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  return kept?.action === form.action ? new Map(kept.values) : null;
}

function remember(form, now) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ action: form.action, values: [...plain(now)] }));
  } catch {
    sessionStorage.removeItem(NAME);
  }
}

const plain = (values) => new Map([...values].map(([key, { value }]) => [key, value]));

/** By control what it holds; `first`: what it came with. One box of several has its value in its key. */
function valuesOf(form, first) {
  const values = new Map();
  for (const control of filled(form)) {
    const { name, type } = control;
    const on = first ? control.defaultChecked : control.checked;
    if (type === "radio") {
      if (on) values.set(name, { value: control.value, control });
    } else if (type === "checkbox") {
      values.set(`${name}=${control.value}`, { value: on, control });
    } else {
      let number = 0;
      while (values.has(`${name}#${number}`)) number += 1;
      values.set(`${name}#${number}`, { value: textOf(control, first), control });
    }
  }
  return values;
}

function textOf(control, first) {
  if (control.localName !== "select") return (first ? control.defaultValue : control.value).trim();
  const chosen = [...control.options].filter((option) => (first ? option.defaultSelected : option.selected));
  if (!chosen.length && !control.multiple) chosen.push(...[...control.options].slice(0, 1));
  return chosen.map(({ value }) => value).join();
}

/** Take over what only the colleague changed; returns what both did: [control, words for what is stored]. */
function merge(form, before, now) {
  const typed = valuesOf(form, false);
  const both = [];
  for (const [key, { value, control }] of now) {
    const mine = typed.get(key);
    if (value === before.get(key) || value === mine?.value) continue;
    if (!mine) bringIn(form, control);
    else if (mine.value === before.get(key)) take(form, mine.control, control);
    else both.push([mine.control, wordsOf(control)]);
  }
  return both;
}

/** A row that is not on this page, with what the colleague put into it. */
function bringIn(form, { name, type, value, defaultChecked }) {
  if (type === "checkbox" ? !defaultChecked : !value) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  field.dataset.brought = "";
  form.append(field);
}

function take(form, control, stored) {
  if (control.type === "radio") {
    const chosen = filled(form).find(({ name, value }) => name === stored.name && value === stored.value);
    if (chosen) chosen.checked = true;
  } else if (control.type === "checkbox") {
    control.checked = stored.defaultChecked;
  } else if (control.localName === "select") {
    const values = [...stored.options].filter(({ selected }) => selected).map(({ value }) => value);
    for (const option of control.options) option.selected = values.includes(option.value);
  } else {
    control.value = stored.defaultValue;
  }
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

function wordsOf(stored) {
  const name = stored.getAttribute("aria-label") ?? stored.labels?.[0]?.textContent.trim() ?? stored.value;
  if (stored.type === "checkbox") return `«${name}» — ${stored.defaultChecked ? "отмечено" : "не отмечено"}`;
  if (stored.type === "radio") return name;
  const text = stored.localName === "select"
    ? [...stored.selectedOptions].map((option) => option.textContent.trim()).join(", ")
    : stored.defaultValue.trim();
  return text || "пусто";
}

function tell(both) {
  for (const note of document.querySelectorAll(".stored-note")) untell(note);
  both.forEach(([control, words], number) => {
    const note = document.createElement("p");
    note.className = "field-note stored-note";
    note.id = `stored-note-${number}`;
    const text = document.createElement("strong");
    text.textContent = `Пока вы правили, здесь записали другое: ${words}. Сохраните ещё раз, если верно ваше.`;
    note.append(text);
    const row = control.closest("tr")?.querySelector("th");
    if (row) row.append(note);
    else (control.closest(".form-check, label") ?? control).after(note);
    control.setAttribute("aria-describedby", [...describedBy(control), note.id].join(" "));
  });
  both[0]?.[0].focus();
  if (both.length) toast("Пока вы правили, здесь записали другое. Не отправлено: посмотрите отмеченное и отправьте ещё раз.", "bad");
}

const describedBy = (control) => (control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function untell(note) {
  for (const control of document.querySelectorAll(`[aria-describedby~="${note.id}"]`)) {
    control.setAttribute("aria-describedby", describedBy(control).filter((id) => id !== note.id).join(" "));
  }
  note.remove();
}
