/**
 * A value has come that the layout of its column cannot hold: the column becomes text. The
 * builder that throws this has kept the rows before it.
 */
export class Unholdable extends Error {
  override name = 'Unholdable'
}
