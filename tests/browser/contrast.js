// The contrast of buttons and links, from computed colours (WCAG 2.2, 1.4.3 and 1.4.11). Comes into the page through the
// debugger, past the content policy.
globalThis.contrast = (() => {
  const CONTROLS = "a[href], button, summary, select, [role=button], input:is([type=submit], [type=button])";
  const TEXT = 4.5;
  const SHAPE = 3;
  // WCAG asks nothing of what is disabled; it should still be seen to be there.
  const DISABLED = 3;
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  /** Any computed colour as [red, green, blue, alpha], 0 to 1. */
  function parse(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((each) => each / 255);
  }

  function over(top, bottom) {
    return [0, 1, 2].map((n) => top[n] * top[3] + bottom[n] * (1 - top[3])).concat(1);
  }

  /** What stands behind the words of `one`: its own background on those of its ancestors. */
  function behind(one) {
    const layers = [];
    for (let each = one; each; each = each.parentElement) {
      const layer = parse(getComputedStyle(each).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), parse("Canvas"));
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function between(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  function of(one) {
    const style = getComputedStyle(one);
    const colour = parse(style.color);
    for (let each = one; each; each = each.parentElement) colour[3] *= Number(getComputedStyle(each).opacity);
    const below = behind(one);
    return between(over(colour, below), below);
  }

  const isSeen = (one) =>
    one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest(".sr-only") && one.getClientRects().length > 0;

  const hasWords = (one) =>
    one.matches("input, select") || [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const described = (one) => one.outerHTML.replace(/\s+/g, " ").replace(/ data-measured="[^"]*"/g, "").slice(0, 140);

  /** Mark one control of each kind that is not `known`, and all that is around it; the kinds that are new. */
  function mark(known) {
    settle();
    const kinds = new Set(known);
    for (const one of document.querySelectorAll(CONTROLS)) {
      if (!isSeen(one)) continue;
      const style = getComputedStyle(one);
      const kind = [one.tagName, one.className, one.dataset.state, one.disabled, one.parentElement.className, style.color, style.backgroundColor].join();
      if (kinds.has(kind)) continue;
      kinds.add(kind);
      one.dataset.measured = "control";
      for (let each = one.parentElement; each; each = each.parentElement) each.dataset.measured ||= "around";
    }
    return [...kinds].filter((kind) => !known.includes(kind));
  }

  function isDisabled(one) {
    return one.disabled === true || one.closest("[aria-disabled=true]") !== null;
  }

  /** A colour that is on its way is measured at its end. */
  function settle() {
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  }

  /** What is below its threshold, in words. */
  function measure(state) {
    const found = [];
    settle();
    for (const one of document.querySelectorAll("[data-measured=control]")) {
      const parts = [one, ...one.querySelectorAll("*")].filter(isSeen);
      const words = parts.filter(hasWords);
      const shapes = words.length === 0 ? parts.filter((part) => part.matches("svg")) : [];
      for (const part of [...words, ...shapes]) {
        const least = isDisabled(one) ? DISABLED : hasWords(part) ? TEXT : SHAPE;
        const ratio = of(part);
        if (ratio < least) found.push(`${ratio.toFixed(2)} of ${least}: ${part === one ? "" : `${described(part)} in `}${described(one)}`);
      }
      if (state === "focused" && !isDisabled(one) && ringContrast(one) < SHAPE) found.push(`no ring: ${described(one)}`);
    }
    return found;
  }

  /** The contrast of the focus ring, of the control itself or of the row that shows it. */
  function ringContrast(one) {
    for (let each = one; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) {
        return between(over(parse(style.outlineColor), behind(each)), behind(each.parentElement ?? each));
      }
    }
    return 0;
  }

  function disable() {
    for (const one of document.querySelectorAll("[data-measured=control]")) {
      if (one.disabled) continue;
      one.dataset.disabledHere = "";
      if ("disabled" in one) one.disabled = true;
      else if (one.matches(".btn")) one.setAttribute("aria-disabled", "true");
    }
  }

  /** Undo `disable` and `mark`. */
  function enable() {
    for (const one of document.querySelectorAll("[data-disabled-here]")) {
      delete one.dataset.disabledHere;
      if ("disabled" in one) one.disabled = false;
      else one.removeAttribute("aria-disabled");
    }
    for (const one of document.querySelectorAll("[data-measured]")) delete one.dataset.measured;
  }

  return { behind, between, disable, enable, mark, measure, of, settle };
})();
