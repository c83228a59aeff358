import type { ColumnData, ColumnLayout } from '../../arrow/columns.ts'
import { itemName } from '../types/wireType.ts'
import { ColumnBuilder, enlarged, initialRows } from './columnBuilder.ts'
import { Unholdable } from './unholdable.ts'

/** Lists of what another builder holds, with 32-bit offsets. */
class ListBuilder extends ColumnBuilder {
  protected items: ColumnBuilder
  protected itemType: string
  #offsets = new Int32Array(initialRows + 1)

  /** @param itemType the source's type name of the items */
  constructor(name: string, itemType: string, items: ColumnBuilder) {
    super(name, listLayout(itemType, items))
    this.itemType = itemType
    this.items = items
  }

  override get layout(): ColumnLayout {
    return listLayout(this.itemType, this.items)
  }

  /** @throws always: lists are made of the items that were appended, and closed */
  append(_bytes: Buffer, _at: number, length: number): void {
    throw this.wrongLength(length)
  }

  /** Ends a list of all items since the last one. */
  close(): void {
    this.#offsets[this.rows + 1] = this.items.length
    this.added()
  }

  protected skip(): void {
    this.close()
  }

  protected grow(capacity: number): void {
    this.#offsets = enlarged(this.#offsets, capacity + 1)
  }

  protected buffers(): Uint8Array[] {
    return [new Uint8Array(this.#offsets.buffer, 0, (this.rows + 1) * 4)]
  }

  protected override children(): ColumnData[] {
    return [this.items.data()]
  }

  protected clear(): void {
    this.items.reset()
  }
}

function listLayout(itemType: string, items: ColumnBuilder): ColumnLayout {
  return { kind: 'list', item: { name: itemName, type: itemType, layout: items.layout } }
}

/**
 * Arrays as lists, each further dimension a list in a list. The first array that has items
 * settles how many dimensions all have.
 */
export abstract class DimensionsBuilder<Items extends ColumnBuilder> extends ListBuilder {
  protected readonly leaf: Items
  /** The lists of each dimension, this one first. */
  protected readonly dimensions: ListBuilder[] = [this]
  #settled = false

  constructor(name: string, itemType: string, leaf: Items) {
    super(name, itemType, leaf)
    this.leaf = leaf
  }

  /** @throws Unholdable if arrays before had another number of dimensions */
  protected settle(dimensions: number): void {
    if (this.dimensions.length === dimensions) {
      this.#settled = true
      return
    }
    if (this.#settled) throw new Unholdable()
    this.#settled = true
    while (this.dimensions.length < dimensions) {
      const inner: ListBuilder = new ListBuilder(this.name, this.itemType, this.items)
      this.dimensions.splice(1, 0, inner)
      this.items = inner
      this.itemType = `${this.itemType.replace(/\[\]$/, '')}[]`
    }
  }
}
