import Contracts
import Money

@testable import Billing

extension BillingService {
    /// Nothing is open any more, numbers have no gap, and no invoice gives back more than it is
    /// about.
    func violations() -> [String] {
        var found: [String] = []
        for invoice in invoices.rows.values where invoice.status == .open {
            found.append("billing: an invoice is still open")
        }
        for note in notes.rows.values where note.status == .open {
            found.append("billing: a credit note is still open")
        }
        for count in openings.rows.values where count > 1 {
            found.append("billing: something was opened twice")
        }
        if !isGapless(invoices.rows.values.compactMap(\.number)) {
            found.append("billing: the invoices' numbers have a gap or a double")
        }
        if !isGapless(notes.rows.values.compactMap(\.number)) {
            found.append("billing: the credit notes' numbers have a gap or a double")
        }
        var given: [InvoiceID: PaymentParts] = [:]
        for note in notes.rows.values where note.status != .voided {
            given[note.invoice] = (given[note.invoice] ?? PaymentParts()) + PaymentParts(note)
        }
        for (id, given) in given {
            guard let parts = invoices[id]?.parts else { continue }
            if given.fee > parts.fee || given.tax > parts.tax || given.net > parts.net {
                found.append("billing: credit notes give back more than the invoice")
            }
        }
        return found
    }

    /// What settled invoices charge less what settled credit notes give back.
    func charged() -> (fees: Int64, tax: Int64) {
        var sum: (fees: Int64, tax: Int64) = (0, 0)
        for invoice in invoices.rows.values where invoice.status == .settled {
            sum.fees += invoice.fee.minorUnits
            sum.tax += invoice.tax.minorUnits
        }
        for note in notes.rows.values where note.status == .settled {
            sum.fees -= note.fee.minorUnits
            sum.tax -= note.tax.minorUnits
        }
        return sum
    }

    func invoiceStatus(_ invoice: InvoiceID) -> String? { invoices[invoice]?.status.rawValue }
    func noteStatus(_ note: CreditNoteID) -> String? { notes[note]?.status.rawValue }

    private func isGapless(_ numbers: [Int64]) -> Bool {
        numbers.sorted() == (0..<Int64(numbers.count)).map { $0 + 1 }
    }
}
