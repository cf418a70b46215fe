/** Checked by `npm run check:css`. @type {import("stylelint").Config} */
export default {
  extends: ["stylelint-config-recommended"],
  plugins: ["./lint/colour-functions.mjs"],
  rules: {
    "at-rule-no-unknown": [true, { ignoreAtRules: ["plugin", "source", "theme"] }],
    "declaration-property-value-no-unknown": true,
    // Rules are grouped by the part of the page that they style.
    "no-descending-specificity": null,
    "foundry/valid-colour-functions": true,
  },
};
