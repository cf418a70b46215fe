import { bars } from "./session";

/**
 * Going back must not show an old state as if it were the present one: a page that comes out of the browser's memory, or
 * out of its cache, is loaded again, unless something is typed in it; then it says that it is old.
 */
export function refreshRestoredPage(): void {
  window.addEventListener("pageshow", ({ persisted }) => {
    // The workspace catches up by its socket, with everything that is typed in it.
    if (persisted ? !document.querySelector("[data-controller~=workspace]") : cameFromCache()) refresh();
  });
}

function cameFromCache(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "back_forward" && navigation.transferSize === 0;
}

function refresh(): void {
  if (isTyped()) bars.show("old");
  else location.reload();
}

function isTyped(): boolean {
  const inputs = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(":is(form[method=post], form[hx-post]) :is(input:not([type=hidden]), textarea)");
  return [...inputs].some((input) => {
    if (input instanceof HTMLInputElement && (input.type === "checkbox" || input.type === "radio")) return input.checked !== input.defaultChecked;
    return input.value !== input.defaultValue;
  });
}
