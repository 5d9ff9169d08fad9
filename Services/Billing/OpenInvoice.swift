import Contracts
import Money

extension InvoiceBook {
    /// Opens the invoice of a payment, or says why not.
    ///
    /// The payer is the customer that the payment names, else the one registered for the paying
    /// account, else nobody: then only the fee plan has a say. A customer's row is locked, so that
    /// two payments at once cannot both use the last of its credit.
    mutating func open(
        _ command: OpenInvoice, of tenant: String, saga: SagaID
    ) throws(MoneyError) -> Verdict {
        let payer: Customer?
        if let named = command.customer {
            guard let customer = customer(named, of: tenant) else {
                return .refused(Refusal(.customerUnknown, "There is no customer \(named)."))
            }
            payer = customer
        } else {
            payer = customer(payingFrom: command.source, of: tenant)
        }

        if let payer {
            if payer.isSuspended {
                return .refused(
                    Refusal(.customerSuspended, "Customer \(payer.id) is suspended."))
            }
            guard hasCredit(payer, for: command.amount) else {
                return .refused(
                    Refusal(
                        .creditLimitExceeded,
                        "The open invoices of customer \(payer.id) would exceed its limit."))
            }
        }

        let currency = command.amount.currency
        guard let plan = plan(for: currency, of: tenant) else {
            return .refused(
                Refusal(.feePlanMissing, "No fee plan is in force for \(currency)."))
        }
        let charge = try Fees.charge(for: command.amount, by: plan)
        guard charge.total.minorUnits <= command.amount.minorUnits else {
            return .refused(
                Refusal(.feeExceedsAmount, "Fee and tax would be more than the payment."))
        }

        record(
            Opening(
                command: command, tenant: tenant, saga: saga, customer: payer?.id,
                feePlan: plan.id, charge: charge))
        return .changed(command.invoice, .opened)
    }
}
