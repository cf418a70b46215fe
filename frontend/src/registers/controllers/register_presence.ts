import { PresenceChangesController } from "../../controllers/presence_changes";

/** Asks for the bars again when somebody came to the project, went, or is in another place of it. */
export class RegisterPresenceController extends PresenceChangesController {}
