/** The Stimulus controllers of a folder by their identifiers; the build writes the module (`frontend/stimulus.mjs`). */
declare module "controllers:*" {
  const controllers: Record<string, import("@hotwired/stimulus").ControllerConstructor>;
  export default controllers;
}
