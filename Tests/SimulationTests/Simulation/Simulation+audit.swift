import Contracts
import Money

@testable import Payment
@testable import Saga

extension Simulation {
    /// Looks at what is left when everything is quiet: the verifier of this system.
    mutating func audit() {
        auditPayments()
        auditRefunds()
        violations += ledger.violations() + billing.violations()
        if ledger.earned() != billing.charged() {
            violations.append("ledger: fees and tax are not what billing charged")
        }
        for site in Site.allCases
        where relayed[site.rawValue] < service(site).tables.outbox.rows.count {
            violations.append("\(site): messages were never published")
        }
        if payment.payments.rows.count != tally.acknowledged {
            violations.append("payment: not every payment was acknowledged once")
        }
    }

    private mutating func auditPayments() {
        let moved = ledger.moved()
        for number in 0..<payment.payments.rows.count {
            guard let order = payment.payments[number],
                let live = payment.paymentSagas.rows[order.saga]?.live
            else {
                violations.append("payment \(number): it has no saga")
                continue
            }
            let hold = ledger.holdStatus(live.state.hold)
            let invoice = billing.invoiceStatus(live.state.invoice)
            let sum = moved[live.state.payment] ?? (0, 0, 0)
            switch (order.status, live.progress.phase) {
            case (.succeeded, .succeeded):
                tally.succeeded += 1
                if hold != "posted" || sum.transfers != 1 {
                    violations.append("\(order.name): it succeeded, but did not move money once")
                }
                if invoice != "settled" {
                    violations.append("\(order.name): it succeeded, but its invoice is not settled")
                }
                if sum.reversed > order.amount.minorUnits {
                    violations.append("\(order.name): more was given back than paid")
                }
            case (.failed, .compensated):
                tally.failed[live.progress.failure?.code ?? "", default: 0] += 1
                if hold == "open" || hold == "posted" || sum.transfers != 0 {
                    violations.append("\(order.name): it failed, but money is moved or set aside")
                }
                if invoice == "open" || invoice == "settled" {
                    violations.append("\(order.name): it failed, but its invoice stands")
                }
            default:
                violations.append(
                    "\(order.name): it is \(order.status), and its saga \(live.progress.phase)")
            }
        }
    }

    private mutating func auditRefunds() {
        let moved = ledger.moved()
        var succeeded: [PaymentID: (count: Int, sum: Int64)] = [:]
        for number in 0..<payment.refunds.rows.count {
            guard let order = payment.refunds[number],
                let live = payment.refundSagas.rows[order.saga]?.live
            else {
                violations.append("refund \(number): it has no saga")
                continue
            }
            let note = billing.noteStatus(live.state.creditNote)
            switch (order.status, live.progress.phase) {
            case (.succeeded, .succeeded):
                tally.refundsSucceeded += 1
                let before = succeeded[live.state.payment] ?? (0, 0)
                succeeded[live.state.payment] = (
                    before.count + 1, before.sum + order.amount.minorUnits
                )
                if note != "settled" {
                    violations.append("\(order.name): it succeeded, but its note is not settled")
                }
            case (.failed, .compensated):
                if note == "open" || note == "settled" {
                    violations.append("\(order.name): it failed, but its credit note stands")
                }
            default:
                violations.append(
                    "\(order.name): it is \(order.status), and its saga \(live.progress.phase)")
            }
        }
        for (paid, sum) in moved {
            let known = succeeded[paid] ?? (0, 0)
            if known.count != sum.reversals || known.sum != sum.reversed {
                violations.append("ledger: what was reversed is not what was refunded")
            }
        }
    }
}
