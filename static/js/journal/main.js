// The journal's grid: keys, mouse and clipboard lead to the editor, the outbox and the mass actions.

import { send } from "../app.js";
import * as answers from "./answers.js";
import * as bulk from "./bulk.js";
import * as editor from "./editor.js";
import * as later from "./later.js";
import { onLeave } from "./leaving.js";
import { applied, watch } from "./live.js";
import { keepSnapshots } from "../offline/snapshot.js";
import * as outbox from "./outbox.js";
import { refuse } from "./refusal.js";
import { cellAt, complete, current, dress, edge, find, frame, go, headOf, isEditable, neighbour, nextEditable, rows, start, table, workOf } from "./table.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0] };

if (table) init();

async function init() {
  await complete();
  go(start(), { focus: false });
  table.addEventListener("keydown", onKey);
  table.addEventListener("beforeinput", onInput);
  table.addEventListener("mousedown", onMouseDown);
  table.addEventListener("click", onClick);
  table.addEventListener("dblclick", (event) => edit(cellAt(event)));
  table.addEventListener("focusin", (event) => { const cell = cellAt(event); if (cell && cell !== current()) go(cell); });
  document.addEventListener("paste", onPaste);
  document.addEventListener("copy", onCopy);
  document.addEventListener("keydown", onPageKey);
  document.addEventListener("keydown", onStrayKey);
  document.addEventListener("journal:restored", onRestored);
  document.addEventListener("journal:patched", applied);
  outbox.on("refused", answers.onRefused);
  outbox.on("saved", answers.tellRefusals);
  onLeave(editor.draft);
  document.getElementById("cell-history")?.addEventListener("click", openHistory);
  document.getElementById("undo")?.addEventListener("click", undo);
  document.querySelector(".palette")?.addEventListener("click", onPalette);
  document.querySelector(".palette")?.addEventListener("keydown", onPaletteKey);
  watch();
  outbox.takeUp();
  keepSnapshots();
  frame.tabIndex = -1; // its cells are in the tab order now
  table.classList.add("ready");
}

/** The server's value is back in a cell; the cursor stays where the person is by now. */
function onRestored({ detail: { cell } }) {
  dress(cell);
  const active = current();
  go(active.isConnected ? active : cell);
}

// ── Keys ────────────────────────────────────────────────────────────────────
function onKey(event) {
  const cell = cellAt(event);
  if (!cell || event.isComposing) return;
  if (handled(event, cell)) event.preventDefault();
}

/** Text that came without a key press; the cell itself is never edited. */
function onInput(event) {
  const cell = cellAt(event);
  if (!cell) return;
  event.preventDefault();
  if (event.data) edit(cell, event.data);
}

function handled(event, cell) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (altKey && key === "Enter") return openHistory();
  if (altKey && key === "ArrowDown") return columnActions(headOf(cell));
  if (altKey) return false;
  if (ctrlKey || metaKey) return withControl(key, cell);
  if (MOVES[key]) return move(neighbour(cell, ...MOVES[key]));
  if (key === "Home" || key === "End") return move(edge(cell, 0, key === "End" ? 1 : -1));
  if (key === "Enter" || key === "F2") return shiftKey && key === "Enter" ? move(neighbour(cell, -1, 0)) : edit(cell);
  if (key === "Delete" || key === "Backspace") return clear(cell);
  if (key === " ") return answers.acceptRepair(cell) || true;
  if (key === "Escape") return false;
  return key.length === 1 ? edit(cell, key) : false;
}

function withControl(key, cell) {
  if (key === "Home" || key === "End") return move(edge(cell, key === "End" ? 1 : -1, key === "End" ? 1 : -1));
  return false;
}

function move(cell) {
  go(cell);
  return true;
}

function edit(cell, text) {
  if (!cell) return false;
  if (table.dataset.editable === undefined && text === undefined) return openHistory();
  if (!isEditable(cell)) return refuse(cell);
  if (cell !== current()) go(cell);
  const before = cell.dataset.typed === undefined ? cell.textContent : undefined;
  editor.open(cell, text, (result, where) => finished(result, where, before));
  return true;
}

function finished(result, { student, work, down, right, focus }, before) {
  if (result) outbox.put({ ...result, before });
  const cell = find(student, work);
  if (focus) go(down || right ? nextEditable(cell, down, right) : cell);
}

function clear(cell) {
  if (!isEditable(cell)) return refuse(cell);
  if (cell.textContent || cell.dataset.typed) put(cell, "");
  return true;
}

function put(cell, text, rest = {}) {
  const { student, version } = cell.dataset;
  const work = workOf(cell);
  outbox.put({ student, work, text, version: Number(version), before: cell.dataset.typed === undefined ? cell.textContent : undefined, ...rest });
  answers.tellRefusals();
}

function onPageKey(event) {
  const { target, ctrlKey, metaKey, code } = event;
  // By code: the key is «я» in the Russian layout.
  if (!(ctrlKey || metaKey) || code !== "KeyZ" || event.shiftKey || target.matches?.("input, textarea, select")) return;
  if (document.querySelector("dialog[open]") || table.dataset.editable === undefined) return;
  event.preventDefault();
  undo();
}

/** A mark or an arrow pressed while nothing has the keyboard, as after the page has opened: it is for the cell that is framed. */
function onStrayKey(event) {
  const { target, key, ctrlKey, metaKey, altKey, isComposing } = event;
  const isForCell = /^Arrow/.test(key) || (key.length === 1 && key !== " ");
  if (target !== document.body || !isForCell || ctrlKey || metaKey || altKey || isComposing || event.defaultPrevented) return;
  const cell = current();
  if (!cell || document.querySelector("dialog[open]") || table.dataset.editable === undefined) return;
  event.preventDefault();
  go(cell);
  handled(event, cell);
}

function undo() {
  if (outbox.isOffline()) return void later.undo();
  const mark = outbox.takeLastMark();
  const cell = mark && find(mark.student, mark.work);
  if (cell) put(cell, mark.before, { takesBack: true });
  else bulk.undo();
  return undefined;
}

// ── Mouse and palette ───────────────────────────────────────────────────────
function onMouseDown(event) {
  const cell = cellAt(event);
  if (!cell) return;
  event.preventDefault();
  if (editor.isOpen()) editor.commit();
  // A second press on the same cell opens it.
  if (cell === current() && document.activeElement === cell) edit(cell);
  else go(cell);
}

function onClick(event) {
  const head = event.target.closest("th[data-work]");
  if (head && event.target.closest("button.kind")) columnActions(head);
}

function columnActions(head) {
  if (table.dataset.editable === undefined) return false;
  if (head.dataset.period) head.querySelector("a").click();
  else bulk.openColumn(head);
  return true;
}

function onPalette(event) {
  const button = event.target.closest("[data-put]");
  if (!button) return;
  const cell = current();
  if (!isEditable(cell)) return void refuse(cell);
  put(cell, button.dataset.put);
  go(nextEditable(find(cell.dataset.student, workOf(cell)), 1, 0), { focus: event.detail > 0 });
}

function onPaletteKey(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...event.currentTarget.querySelectorAll("[data-put]")];
  const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
  for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  next.focus();
  event.preventDefault();
}

// ── Clipboard ───────────────────────────────────────────────────────────────
const inGrid = () => cellAt({ target: document.activeElement ?? document.body });

function onPaste(event) {
  const cell = inGrid();
  const text = event.clipboardData?.getData("text/plain");
  if (!cell || !text) return;
  event.preventDefault();
  if (table.dataset.editable === undefined) return void refuse(cell);
  if (cell.dataset.period && bulk.isBlock(text)) pasteMarks(cell, text);
  else if (bulk.isBlock(text)) bulk.paste(text);
  else if (isEditable(cell)) put(cell, text.trim());
  else refuse(cell);
}

/** A column of marks of a period goes out one by one: each may ask for the term of its debt. */
function pasteMarks(cell, text) {
  const top = rows.indexOf(cell.parentElement);
  text.replace(/\r/g, "").split("\n").forEach((line, down) => {
    const target = rows[top + down]?.cells[cell.cellIndex];
    const value = line.split("\t")[0].trim();
    if (value && isEditable(target)) put(target, value);
  });
}

function onCopy(event) {
  const cell = inGrid();
  if (!cell || String(getSelection())) return;
  event.clipboardData.setData("text/plain", cell.textContent);
  event.preventDefault();
}

// ── History ─────────────────────────────────────────────────────────────────
function openHistory() {
  const cell = current();
  const student = cell.parentElement.dataset.student;
  const { work, period } = headOf(cell).dataset;
  const place = period ? `period-marks/${student}/${period}` : `cells/${student}/${work}`;
  showHistory(`/journal/${table.dataset.course}/${place}/history`);
  return true;
}

async function showHistory(url) {
  const dialog = document.getElementById("history");
  const response = await send(url);
  dialog.querySelector("[data-body]").innerHTML = await response.text();
  const cell = current();
  if (dialog.open) return;
  dialog.showModal();
  // The browser gives the focus back itself, but not to a cell that was replaced meanwhile. The event comes late: who is
  // typing again by then is left alone.
  dialog.addEventListener("close", () => {
    if (!frame.contains(document.activeElement)) go(cell.isConnected ? cell : current());
  }, { once: true });
}
