const KEPT_AS = 'nonevent-token';

/**
 * The token of the system's start. The opening link brings it in its fragment; it is kept for this origin, which no other
 * port shares, and taken out of the address at once, so that a copied address or a screenshot does not hold it.
 */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    localStorage.setItem(KEPT_AS, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return localStorage.getItem(KEPT_AS) ?? undefined;
}
