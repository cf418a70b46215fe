const MILLION = 1_000_000;

/** An amount of millionths, as the template filter `money` writes it: $38.20, below ten cents $0.016. */
export function moneyText(millionths: number): string {
  const digits = millionths > 0 && millionths < MILLION / 10 ? 3 : 2;
  const smallest = 10 ** -digits;
  const amount = millionths > 0 ? Math.max(millionths / MILLION, smallest) : 0;
  return `$${amount.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
