// An undo whose answer was lost may have been done: asked again it goes out under the same id, and nothing more is undone.

import { newId } from "../offline/store.js";

export const UNANSWERED = "Нет связи: отмена могла дойти до сервера. Повторите, когда связь появится: дважды она не выполнится.";
const unanswered = [];

/** `send` resolves with the answer; status 0: there was none. */
export async function undoing(send) {
  const id = unanswered.shift() ?? newId();
  const answer = await send(id);
  if (!answer.status || answer.status >= 500) unanswered.push(id);
  return answer;
}
