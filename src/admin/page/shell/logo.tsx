import iconAddress from './icon.svg?url'

export function Logo() {
  return (
    <span className="logo">
      <img src={iconAddress} alt="" width="26" height="26" />
      Sluice
    </span>
  )
}
