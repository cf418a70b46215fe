/** Whether what htmx sent was done. Its own `successful` counts every answer that may be shown, refusals as well. */
export function succeeded(event: Event): boolean {
  const { successful, xhr } = (event as CustomEvent<{ successful: boolean; xhr: XMLHttpRequest }>).detail;
  return successful && xhr.status < 400;
}
