// What the server did not take: told beside the grid, asked about where a choice is to be made.

import { announce } from "../app.js";
import { pauseInTyping } from "../sign-in-again.js";
import { describe, find, go, nameOf, periodOf, table, workOf } from "./table.js";
import { settle } from "../offline/store.js";
import * as outbox from "./outbox.js";

const list = () => document.getElementById("refusals");
let keptReason = "";

export function onRefused(edit, cell) {
  if (cell.dataset.askDebt) return askDebt(edit, cell);
  if (cell.dataset.conflict) return askConflict(edit, cell);
  if (cell.dataset.askReason) return keptReason ? resend(edit, { reason: keptReason }) : askReason(edit, cell);
  tellRefusals();
  const { message, repair } = cell.dataset;
  announce(`Не сохранено: ${nameOf(cell)}, «${edit.text}». ${message}${repair ? ` Записать ${repair}: вернитесь в ячейку и нажмите пробел.` : ""}`, true);
  return undefined;
}

/** Every cell that keeps a refused value, with the reason; a press leads to it. */
export function tellRefusals() {
  const cells = [...table.querySelectorAll("td.refused")];
  list().replaceChildren(...cells.map(line));
  list().hidden = !cells.length;
  outbox.tell();
}

function line(cell) {
  const row = document.createElement("p");
  const where = document.createElement("button");
  where.type = "button";
  where.textContent = `${describe(cell)}: «${cell.dataset.typed}»`;
  where.addEventListener("click", () => go(find(cell.dataset.student, workOf(cell))));
  const why = document.createElement("span");
  why.textContent = cell.dataset.message;
  row.append(where, why);
  if (cell.dataset.repair) row.append(repairButton(cell));
  return row;
}

function repairButton(cell) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "repair";
  button.textContent = `Записать ${cell.dataset.repair} (пробел)`;
  button.addEventListener("click", () => acceptRepair(cell));
  return button;
}

/** Puts the notation that the server offered; false when it offered none. */
export function acceptRepair(cell) {
  const { repair, student, version } = cell.dataset;
  const work = workOf(cell);
  if (!repair) return false;
  outbox.put({ student, work, text: repair, version: Number(version) });
  tellRefusals();
  go(find(student, work));
  return true;
}

const resend = (edit, changes) =>
  outbox.put({ student: edit.student, work: edit.work, text: edit.text, version: edit.sent, reason: edit.reason, debt: edit.debt, ...changes });

// ── Questions, one after another ────────────────────────────────────────────
let asking = Promise.resolve();
// Only in a pause: a dialog that opens in mid-typing would take the next student's mark for its answer.
const inTurn = (question) => { asking = asking.catch(() => {}).then(pauseInTyping).then(question); };

function askReason(edit, cell) {
  const name = describe(cell);
  const { message } = cell.dataset;
  inTurn(() => new Promise((resolve) => {
    if (keptReason) { resend(edit, { reason: keptReason }); resolve(); return; }
    const dialog = document.getElementById("reason");
    dialog.querySelector("[data-message]").textContent = `${name}: «${edit.text || "пусто"}». ${message}`;
    dialog.returnValue = "";
    dialog.showModal();
    dialog.querySelector("input[name=reason]").focus();
    dialog.addEventListener("close", () => {
      const form = dialog.querySelector("form");
      const reason = form.elements.reason.value.trim();
      if (dialog.returnValue === "save" && reason) {
        if (form.elements.keep.checked) keptReason = reason;
        resend(edit, { reason });
      } else {
        restore(edit);
      }
      form.reset();
      resolve();
    }, { once: true });
  }));
}

/** «н/а», «2» and НЗ open an academic debt: its term and form are asked for, and offered again for the next one. */
function askDebt(edit, cell) {
  const name = describe(cell);
  const { message } = cell.dataset;
  inTurn(() => new Promise((resolve) => {
    const dialog = document.getElementById("debt");
    dialog.querySelector("[data-message]").textContent = `${name}. ${message}`;
    dialog.returnValue = "";
    dialog.showModal();
    dialog.querySelector("input[name=due]").focus();
    dialog.addEventListener("close", () => {
      const { due, form } = dialog.querySelector("form").elements;
      if (dialog.returnValue === "save" && due.value) resend(edit, { debt: { due: due.value, form: form.value } });
      else restore(edit);
      resolve();
    }, { once: true });
  }));
}

function askConflict(edit, cell) {
  const name = describe(cell);
  const { message, stored, who, when, version } = cell.dataset;
  inTurn(() => new Promise((resolve) => {
    const dialog = document.getElementById("conflict");
    dialog.querySelector("[data-message]").textContent = `${name}. ${message}`;
    dialog.querySelector("[data-stored]").textContent = stored || "пусто";
    dialog.querySelector("[data-who]").textContent = [who, when].filter(Boolean).join(", ");
    dialog.querySelector("[data-typed]").textContent = edit.text || "пусто";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "mine") resend(edit, { version: Number(version) });
      else setStored(edit, stored, version);
      resolve();
    }, { once: true });
  }));
}

/** The cell as the server has it: nothing of ours was stored. */
function setStored(edit, text, version) {
  settle({ course: table.dataset.course, ...edit });
  const cell = find(edit.student, edit.work);
  const fresh = cell.cloneNode(false);
  const kept = ["student", "work", "period", "suggested"];
  for (const key of Object.keys(fresh.dataset)) if (!kept.includes(key)) delete fresh.dataset[key];
  fresh.className = periodOf(edit.work) === undefined ? "" : "total period";
  fresh.removeAttribute("aria-invalid");
  fresh.dataset.version = version;
  fresh.textContent = text;
  cell.replaceWith(fresh);
  document.dispatchEvent(new CustomEvent("journal:restored", { detail: { cell: fresh } }));
  tellRefusals();
}

const restore = (edit) => setStored(edit, edit.before ?? "", edit.sent);
