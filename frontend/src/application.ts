import { Application, type ControllerConstructor } from "@hotwired/stimulus";

/** The page's one Stimulus application. */
const application = Application.start();

/** Make controllers known by their identifiers: `data-controller="save-dialog"` is `SaveDialogController`. */
export function register(controllers: Record<string, ControllerConstructor>): void {
  for (const [identifier, controller] of Object.entries(controllers)) application.register(identifier, controller);
}
