/** Whether the terminal's locale can show block and braille characters; without it the same pictures come in ASCII. */

/** The environment variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * True when the locale is UTF-8. The first of LC_ALL, LC_CTYPE and LANG that is set decides, as POSIX has it;
 * Windows sets none of them and its consoles take Unicode.
 */
export function supportsUnicode(environment: Environment = process.env, platform: string = process.platform): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
  return locale ? /utf-?8/i.test(locale) : platform === 'win32';
}
