// stylelint's own rule looks at no custom property and at no value with `var()`, and most of our colours are both. An
// invalid function there falls away only in the browser, with everything that uses it.
import { generate, lexer, parse, walk } from "css-tree";
import stylelint from "stylelint";

const ruleName = "foundry/valid-colour-functions";
const messages = stylelint.utils.ruleMessages(ruleName, { rejected: (call) => `Invalid colour "${call}"` });
const COLOUR_FUNCTIONS = /\b(?:color-mix|color|light-dark|oklch|oklab|lch|lab|hwb|hsla?|rgba?)\(/i;
const COLOUR_FUNCTION = new RegExp(`^${COLOUR_FUNCTIONS.source.slice(2, -2)}$`, "i");
// What a `var()` may stand for inside such a function.
const STAND_INS = ["red", "50%", "0.5"];

/** The calls of colour functions in `value`, the outermost only. */
function colourCalls(value) {
  const calls = [];
  walk(parse(value, { context: "value" }), function (node) {
    if (node.type !== "Function" || !COLOUR_FUNCTION.test(node.name)) return;
    calls.push(generate(node));
    return this.skip;
  });
  return calls;
}

/** Whether `call` is a colour for at least one choice of what its variables may stand for. */
function isColour(call) {
  const variable = /\bvar\([^()]*\)/.exec(call)?.[0];
  if (variable) return STAND_INS.some((standIn) => isColour(call.replace(variable, standIn)));
  return lexer.matchType("color", parse(call, { context: "value" })).error === null;
}

function rule(enabled) {
  return (root, result) => {
    if (!enabled) return;
    root.walkDecls((node) => {
      if (!COLOUR_FUNCTIONS.test(node.value)) return;
      for (const call of colourCalls(node.value).filter((each) => !isColour(each))) {
        stylelint.utils.report({ result, ruleName, node, word: node.value, message: messages.rejected(call) });
      }
    });
  };
}

rule.ruleName = ruleName;
rule.messages = messages;

export default stylelint.createPlugin(ruleName, rule);
