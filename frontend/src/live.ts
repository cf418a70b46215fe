import { Gateway } from "./gateway";
import { bars } from "./session";
import { type Texts, useTexts } from "./texts";
import { signalHeard } from "./workspace/heard";
import { signalInbox } from "./workspace/inbox_signal";
import { followProjectName } from "./workspace/project_name";

/** What Django writes into a page that follows its project (`workspace/releases/views.py`). */
interface LiveData {
  project: string;
  me: string;
  seq: number;
  socket: string;
  texts: Texts;
}

const data = JSON.parse(document.getElementById("live-data")?.textContent ?? "{}") as LiveData;
const scheme = location.protocol === "https:" ? "wss" : "ws";
useTexts(data.texts);

/** The id of who reads the page. */
export const me = data.me;

/** The page's live connection. It shares the tab's session with the workspace, so that a person stays one person. */
export const gateway = new Gateway(`${scheme}://${location.host}${data.socket}`, `foundry.session.${data.project}`, data.seq);
// A server that is away is as offline as a browser that is.
gateway.on("connection", ({ phase }) => {
  if (phase === "waiting" && !document.querySelector("[data-says-offline]")) bars.show("offline");
  if (phase === "live" || phase === "ended") bars.hide("offline");
});
signalInbox(gateway);
signalHeard(gateway);
followProjectName(gateway);
