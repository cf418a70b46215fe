import { Application } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { BellController } from "./controllers/bell";
import { CompareController } from "./controllers/compare";
import { CopyController } from "./controllers/copy";
import { DensityController } from "./controllers/density";
import { DialogController, OpenerController } from "./controllers/dialog";
import { FilterController } from "./controllers/filter";
import { MenuController } from "./controllers/menu";
import { PaletteController } from "./controllers/palette";
import { PasskeyController } from "./controllers/passkey";
import { PicksController } from "./controllers/picks";
import { ShortcutsController } from "./controllers/shortcuts";
import { ThemeController } from "./controllers/theme";
import { ToastsController } from "./controllers/toasts";
import { UnsentController } from "./controllers/unsent";
import { account, bindRequests } from "../account";
import { watchSession } from "../session";
import { refreshRestoredPage } from "../page_refresh";
import { localise, rememberZone } from "../time";

export const application = Application.start();
application.register("bell", BellController);
application.register("compare", CompareController);
application.register("copy", CopyController);
application.register("density", DensityController);
application.register("dialog", DialogController);
application.register("filter", FilterController);
application.register("menu", MenuController);
application.register("opener", OpenerController);
application.register("palette", PaletteController);
application.register("passkey", PasskeyController);
application.register("picks", PicksController);
application.register("shortcuts", ShortcutsController);
application.register("theme", ThemeController);
application.register("toasts", ToastsController);
application.register("unsent", UnsentController);

export { htmx };

bindRequests();
watchSession();
refreshRestoredPage();
account.watch();

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
