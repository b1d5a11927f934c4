// Mass actions without a network: they wait as values typed one by one do, in the same order, each sent once. A column
// and a block of the clipboard become the values of their cells; «все присутствуют» only the server can do, so it waits
// as it is and the cells stay as they were until then.

import { toast } from "../app.js";
import { newId } from "../offline/store.js";
import * as outbox from "./outbox.js";
import { find, isEditable, rows } from "./table.js";

const MOST = 300; // values at once: the browser keeps each by itself

export function fill(head, { value, overwrite, reason }) {
  const column = rows.map((row) => row.cells[head.cellIndex]);
  const cells = column.filter((cell) => isEditable(cell) && (overwrite || !cell.textContent));
  wait(cells.map((cell) => [cell, value.trim()]), reason);
}

/** Entries as the clipboard gives them: [student, work, text, version]. */
export function paste(entries, reason) {
  wait(entries.map(([student, work, text]) => [find(String(student), String(work)), text]).filter(([cell]) => cell), reason);
}

function wait(changes, reason = "") {
  if (!changes.length) return toast("Нет связи, и заполнять нечего: пустых ячеек нет.", "bad");
  if (changes.length > MOST) return toast(`Нет связи: без неё за один раз можно вставить до ${MOST} значений, здесь ${changes.length}.`, "bad");
  const batch = newId();
  for (const [{ dataset: { student, work, version } }, text] of changes) {
    outbox.put({ student, work, text, version: Number(version), reason, batch });
  }
  return toast(`Нет связи: ждут отправки ${changes.length}. Сервер проверит каждое значение, когда она появится. Отменить: Ctrl+Z.`);
}

export function present(head, reason, id) {
  const { lesson } = head.dataset;
  outbox.put({ id, student: "", work: `lesson:${lesson}`, text: "все присутствуют", version: 0, reason, place: head.dataset.name.split(",")[0] });
  toast("Нет связи: «Все присутствуют» ждёт отправки. Пропуски и опоздания снимутся, когда связь появится.");
}

/** Ctrl+Z: what was entered last and waits. */
export function undo() {
  const { count, edit, cannot } = outbox.takeBack();
  if (cannot) toast("Нет связи: это действие могло дойти до сервера. Отменить его можно, когда связь появится.", "bad");
  else if (!count) toast("Нет связи: отменять нечего, остальное уже на сервере.", "bad");
  else toast(`Отменено, на сервер не ушло: ${count === 1 ? `«${edit.text || "пусто"}»` : `значений ${count}`}`, "good");
}
