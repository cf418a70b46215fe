// daisyUI, as a plugin of Tailwind, without its rules for the placeholders of disabled fields. They end in a
// pseudo-element below a `:has()`, for which Chromium computes the styles of the whole page again after every change of
// an element; and `controls.css` says how placeholders look.

import daisyui from "daisyui";
import plugin from "tailwindcss/plugin";

const LEFT_OUT = "&::placeholder, ::placeholder";

/** The same styles without these rules. */
function without(styles) {
  if (Array.isArray(styles)) return styles.map(without);
  if (typeof styles !== "object" || styles === null) return styles;
  const kept = Object.entries(styles).filter(([selector]) => selector !== LEFT_OUT);
  return Object.fromEntries(kept.map(([selector, style]) => [selector, without(style)]));
}

export default plugin.withOptions(
  (options) => (api) =>
    daisyui(options).handler({ ...api, addComponents: (styles) => api.addComponents(without(styles)) }),
  (options) => daisyui(options).config,
);
