import { PageHead } from '../parts/pageHead.tsx'
import { AlertsCard } from './alertsCard.tsx'
import { DeliveriesCard } from './deliveriesCard.tsx'
import { RulesCard } from './rulesCard.tsx'
import { WebhooksCard } from './webhooksCard.tsx'

/** What is looked after, and who is told. */
export default function AlertsPage() {
  return (
    <>
      <PageHead title="Alerts & webhooks" about="What is looked after, what was wrong, and who is told." />
      <AlertsCard />
      <RulesCard />
      <WebhooksCard />
      <DeliveriesCard />
    </>
  )
}
