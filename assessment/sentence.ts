/** What another program said may end as a sentence already. */
export function sentence(said: string): string {
  return /[.?!]$/.test(said) ? said : `${said}.`;
}
