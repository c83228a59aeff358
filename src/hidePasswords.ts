/** A text without the passwords of addresses and connection strings in it. */
export function hidePasswords(text: string): string {
  // A password that holds / ? # or @ is hidden, too, though an address with it cannot be read.
  return text
    .replaceAll(/(:\/\/[^/?#:@\s]*):\S*@/g, '$1:(hidden)@')
    .replaceAll(/\b(password\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&]*)/gi, '$1(hidden)')
}
