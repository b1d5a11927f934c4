// Mass actions: fill a column, everybody present, paste from a spreadsheet, undo.

import { send, SignInRefused, toast } from "../app.js";
import { current, describe, find, headOf, isEditable, rows, table, workOf } from "./table.js";
import { applied } from "./live.js";
import { newId } from "../offline/store.js";
import * as later from "./later.js";
import { client, drained, isOffline } from "./outbox.js";
import { refuse } from "./refusal.js";
import { ask } from "./turns.js";
import { undoing, UNANSWERED } from "./undoing.js";

const address = (path) => `/journal/${table.dataset.course}/${path}`;

/** Posts and lets htmx put the cells that come back in their places. Returns the response's text and status; 0: nobody
 *  knows whether it arrived, so that it goes out again under the same id or in a way that may be repeated. */
async function act(path, values, id = "") {
  const outcome = { status: 0 };
  // In the order things were done: what was typed before goes out before.
  await drained();
  if (isOffline()) return outcome;
  const headers = { "X-Client": client, "X-Span": table.dataset.span, "X-Request-Id": id };
  await ask("POST", address(path), { values, outcome, whole: true, headers });
  applied();
  return outcome;
}
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.whole) Object.assign(ctx.outcome, { status: ctx.response.status, text: ctx.text, headers: ctx.response.headers });
});

function report(outcome, done, otherwise = "Сервер не ответил. Обновите страницу и проверьте, что записано.") {
  if (outcome.status !== 200) {
    toast(errorOf(outcome) || otherwise, "bad");
    return;
  }
  const parsed = new DOMParser().parseFromString(outcome.text, "text/html");
  const refused = [...parsed.querySelectorAll("template[data-refusal]")];
  const saved = parsed.querySelectorAll("hx-partial").length;
  const rest = refused.length ? ` Не принято: ${refused.length} — ${refused[0].dataset.message}` : "";
  toast(`${done(saved, parsed)}${rest}`, refused.length ? "bad" : "good");
}

function errorOf({ text }) {
  const parsed = new DOMParser().parseFromString(text ?? "", "text/html");
  return parsed.querySelector("[data-error]")?.textContent.trim().replace(/\s+/g, " ");
}

export async function undo() {
  if (isOffline()) return later.undo();
  const outcome = await undoing((id) => act("undo", {}, id));
  return report(outcome, (count, parsed) => (count === 1 && undone(parsed)) || `Отменено. Ячеек: ${count}`, UNANSWERED);
}

/** Whose mark it was, and what stands there again: the cursor has long been elsewhere. */
function undone(parsed) {
  const cell = document.querySelector(parsed.querySelector("hx-partial").getAttribute("hx-target"));
  return cell && `Отменено: ${describe(cell)} — снова «${cell.textContent.trim() || "пусто"}»`;
}

// ── A column ────────────────────────────────────────────────────────────────
let column = null;

export function openColumn(head) {
  column = head;
  const dialog = document.getElementById("column");
  dialog.querySelector("[data-message]").textContent = head.dataset.name;
  dialog.querySelector("[data-lesson-link]").href = head.querySelector("a").href;
  dialog.querySelector("[data-owed-link]").href = address(`works/${head.dataset.work}/owed`);
  dialog.showModal();
  dialog.querySelector("input[name=value]").focus();
}

async function fillColumn(form) {
  const data = Object.fromEntries(new FormData(form));
  document.getElementById("column").close();
  form.reset();
  const outcome = await act(`works/${column.dataset.work}/fill`, data);
  if (outcome.status) report(outcome, (count) => `Заполнено ячеек: ${count}`);
  else later.fill(column, data);
}

async function everybodyPresent() {
  const id = newId();
  const reason = document.getElementById("fill-reason").value;
  document.getElementById("column").close();
  const outcome = await act(`lessons/${column.dataset.lesson}/presence`, { reason }, id);
  if (!outcome.status) return later.present(column, reason, id);
  return report(outcome, (count) => `Все присутствуют${count ? `; снято отметок: ${count}` : ""}`);
}

// ── Paste ───────────────────────────────────────────────────────────────────
/** A block of values from the clipboard → the preview of what would be written. */
export async function paste(text) {
  const entries = laidOut(text);
  const start = current();
  if (!entries.length && start && !isEditable(start)) return refuse(start);
  if (!entries.length) return toast("Вставлять некуда: выберите ячейку, с которой начать.", "bad");
  const dialog = document.getElementById("paste");
  const body = dialog.querySelector("[data-body]");
  const response = isOffline() ? null : await preview(entries);
  if (!response) return later.paste(entries);
  const html = await response.text();
  if (!response.ok) return toast(errorOf({ text: html }) || "Не получилось вставить.", "bad");
  body.innerHTML = html;
  dialog.showModal();
  body.querySelector("button")?.focus();
  return undefined;
}

/** null: no network. */
async function preview(entries) {
  try {
    return await send(address("paste/preview"), { method: "POST", body: new URLSearchParams({ entries: JSON.stringify(entries) }) });
  } catch (error) {
    if (error instanceof SignInRefused) return new Response("", { status: 401 });
    return null;
  }
}

export const isBlock = (text) => /[\t\n]/.test(text.trimEnd());

/** Rows of the clipboard over rows of the grid from the current cell on: [student, work, text, version]. */
function laidOut(text) {
  const start = current();
  const block = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
  const top = rows.indexOf(start?.parentElement);
  const entries = [];
  block.forEach((line, down) => line.forEach((value, right) => {
    const cell = rows[top + down]?.cells[start.cellIndex + right];
    if (cell && headOf(cell)?.dataset.work && isEditable(cell)) {
      entries.push([Number(cell.dataset.student), Number(cell.dataset.work), value.trim(), Number(cell.dataset.version)]);
    }
  }));
  return top < 0 ? [] : entries;
}

async function confirmPaste(form) {
  const values = Object.fromEntries(new FormData(form));
  document.getElementById("paste").close();
  const back = current();
  const outcome = await act("paste", values);
  if (outcome.status) report(outcome, (count) => `Вставлено ячеек: ${count}`);
  else later.paste(JSON.parse(values.entries), values.reason);
  find(back.dataset.student, workOf(back))?.focus();
}

// ── Wiring ──────────────────────────────────────────────────────────────────
document.addEventListener("submit", (event) => {
  const { target } = event;
  if (target.matches("form[data-fill]")) { event.preventDefault(); fillColumn(target); }
  if (target.matches("form[data-paste]")) { event.preventDefault(); confirmPaste(target); }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-present]")) everybodyPresent();
});
