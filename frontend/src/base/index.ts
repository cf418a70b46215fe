import "htmx.org";
import controllers from "controllers:./controllers";
import { account, bindRequests } from "../account";
import { forgetOnSignOut } from "../signing_out";
import { register } from "../application";
import { focusOpener } from "./dialog_opener";
import { keepEndsOutOfTheLog } from "./ended_requests";
import { watchConnection, watchSession } from "../session";
import { refreshRestoredPage } from "../page_refresh";
import { localise, rememberZone } from "../time";

register(controllers);

keepEndsOutOfTheLog();
bindRequests();
watchSession();
watchConnection();
refreshRestoredPage();
account.watch();
forgetOnSignOut();
focusOpener();

rememberZone();
localise(document);
document.addEventListener("htmx:afterSwap", (event) => localise(event.target as HTMLElement));

/** The modifier key as this machine's keyboard calls it. */
function nameModifiers(root: ParentNode): void {
  if (!navigator.platform.startsWith("Mac")) return;
  for (const key of root.querySelectorAll("[data-modifier]")) key.textContent = "Cmd";
}

nameModifiers(document);
document.addEventListener("htmx:afterSwap", (event) => nameModifiers(event.target as HTMLElement));
