/** Origins that a tenant names. */

/** `https://*.example.com`, `http://localhost:*`: as helpdesk/tenants/origins.py reads them. */
export function fits(origin: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const host = escaped.replace("\\/\\/\\*\\.", "\\/\\/(?:[a-z0-9-]+\\.)+");
  return new RegExp(`^${host.replace(/:\\\*$/, "(?::[0-9]{1,5})?")}$`).test(origin);
}
