// What a cell shows of a value on its way to the server: typed, saved, refused. Nothing here sends anything.

import { announce } from "../app.js";
import { dress, explain, find } from "./table.js";

/** The value as typed, waiting; false where the page has no such cell. */
export function showTyped({ student, work, text }) {
  const cell = find(student, work);
  if (!cell) return false;
  cell.textContent = text;
  cell.classList.remove("refused", "saved");
  cell.classList.add("saving");
  for (const key of ["message", "typed", "repair", "askReason", "askDebt", "conflict", "stored", "who", "when"]) delete cell.dataset[key];
  cell.removeAttribute("aria-invalid");
  explain(cell);
  dress(cell);
  return true;
}

/** Green for a moment. */
export function showSaved({ student, work }) {
  find(student, work)?.classList.add("saved");
  setTimeout(() => find(student, work)?.classList.remove("saved"), 1200);
}

export const WHY = {
  403: "Нет права править этот журнал: возможно, сменилась роль или преподаватель (п. 4.4).",
  500: "На сервере ошибка, она записана; значение не сохранено. Введите его ещё раз чуть позже.",
  404: "Этой ячейки больше нет: список группы или занятие изменились. Обновите страницу.",
};

/** Where the server's answer was no cell that says so itself. */
export function showRefused(edit, status, cell) {
  if (cell.dataset.message) return;
  cell.classList.remove("saving");
  cell.classList.add("refused");
  cell.dataset.typed = edit.text;
  cell.dataset.message = WHY[status] ?? "Не сохранено. Обновите страницу и повторите.";
  cell.setAttribute("aria-invalid", "true");
  explain(cell);
}

let saved = [];
/** Each value once, in words; of many that go out together how many they were. */
export function saySaved(what) {
  saved.push(what);
  if (saved.length > 1) return;
  setTimeout(() => {
    announce(saved.length < 4 ? `Сохранено: ${saved.join("; ")}` : `Сохранено ячеек: ${saved.length}, последняя — ${saved.at(-1)}`);
    saved = [];
  }, 400);
}

/** What was suggested for the period was reckoned without the mark just saved: the next page reckons it anew. */
export function forgetSuggestions(cell) {
  for (const hint of cell?.parentElement.querySelectorAll("td[data-suggested]") ?? []) {
    delete hint.dataset.suggested;
    hint.removeAttribute("title");
  }
}
