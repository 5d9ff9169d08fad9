import Contracts

extension InvoiceBook {
    /// Voids the invoice of a payment that failed. Nothing to void is done as well: the barrier
    /// sees to it that the invoice cannot be opened later.
    ///
    /// Throws `.invoiceEnded` for a settled one, whose payment succeeded.
    mutating func void(
        _ command: VoidInvoice, of tenant: String
    ) throws(BillingError) -> Verdict {
        guard let invoice = invoice(command.invoice, of: tenant) else {
            return .unchanged(command.invoice)
        }
        switch invoice.status {
        case .open:
            end(invoice, .voided)
            return .changed(invoice.id, .voided)
        case .voided:
            return .unchanged(invoice.id)
        case .settled:
            throw BillingError(.invoiceEnded, "\(invoice.id) is settled and cannot be voided")
        }
    }
}
