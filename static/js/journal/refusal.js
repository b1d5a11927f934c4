// A cell that can't be written in says why, and what to do, instead of keeping silent.

import { toast } from "../app.js";
import { headOf, table } from "./table.js";

const WORDS = {
  closed: "Период закрыт (п. 4.4): запись не принята. Попросите администрацию открыть его с указанием причины.",
  year: "Учебный год закрыт (п. 2.3): его можно только читать.",
  ahead: "Рано (п. 4.4): записи вносятся, когда занятие или период начнётся.",
  cancelled: "Занятие отменено: верните его на странице занятия, если оно состоялось (п. 4.4).",
};
const READER = "Только просмотр: править журнал может преподаватель, который его ведёт (п. 4.3, 4.4).";
const NOT_LISTED = "В эти дни обучающийся не числился в журнале: запись не принята (п. 4.2).";

/** Why nothing can be written in a cell of the grid. */
const reasonOf = (cell) =>
  table.dataset.editable === undefined ? READER : (WORDS[headOf(cell).dataset.why] ?? NOT_LISTED);

/** Tells it in the corner and to screen readers; true, so that the key counts as handled. */
export function refuse(cell) {
  toast(reasonOf(cell), "bad");
  return true;
}
