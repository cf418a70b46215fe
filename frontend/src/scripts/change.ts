/** The one change that makes a text of another: what is the same at both ends stays, and the caret there with it. */
export function changeBetween(now: string, text: string): { from: number; to: number; insert: string } {
  let from = 0;
  const most = Math.min(now.length, text.length);
  while (from < most && now[from] === text[from]) from += 1;
  let end = 0;
  while (end < most - from && now[now.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  return { from, to: now.length - end, insert: text.slice(from, text.length - end) };
}
