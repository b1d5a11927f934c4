// What the phone's roll sends, and keeps in the browser until the server has it.

import { send, SignInRefused } from "../app.js";
import * as store from "../offline/store.js";

export const roll = document.getElementById("roll");

/** status 0: nobody answered; `left`: nor would the person sign in. */
export async function post(path, values, id = "") {
  try {
    const response = await send(`/journal/${roll.dataset.course}/${path}`, { method: "POST", body: new URLSearchParams(values), headers: { "X-Request-Id": id } });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: "", left: error instanceof SignInRefused };
  }
}

/** «Отметить 24.11, ИС-21» */
const title = () => document.title.split(" · ")[0].trim();

/** A job or a wish of a line. */
export function remember(state, part) {
  const number = state.line.querySelector(".roll-name .n").textContent.trim();
  part.key = store.keep({
    course: roll.dataset.course, student: state.student, work: roll.dataset.work, ...part,
    reason: state.reason, title: title(), place: `№ ${number}`,
  });
}

export const presenceWork = () => `lesson:${roll.dataset.lesson}`;

/** «Все присутствуют», as the grid keeps it too (outbox.js). */
export function rememberPresence(presence) {
  presence.key = store.keep({
    key: presence.key, id: presence.id, course: roll.dataset.course, student: "", work: presenceWork(),
    text: "все присутствуют", version: 0, reason: "", title: title(), place: /\d\d\.\d\d/.exec(title())?.[0] ?? "",
  });
}

export function forgetWish(state) {
  store.drop(state.wish?.key);
  state.wish = null;
}

export function forget(state) {
  store.drop(state.job?.key);
  state.job = null;
  forgetWish(state);
}

export function giveUp(state) {
  forget(state);
  state.text = state.stored;
  state.lost = false;
}
