import Contracts
import ServiceHost

/// Why billing refuses a request.
enum BillingCode: String, ProblemCode {
    case customerExists = "customer-exists"
    case invalidCurrency = "invalid-currency"
}

/// Why billing refuses a step of a payment or of a refund, which then fails with this code.
enum BillingRefusal: String, CaseIterable, Sendable {
    case customerUnknown = "customer-unknown"
    case customerSuspended = "customer-suspended"
    case creditLimitExceeded = "credit-limit-exceeded"
    case feePlanMissing = "fee-plan-missing"
    case feeExceedsAmount = "fee-exceeds-amount"
    case invoiceUnknown = "invoice-unknown"
    case invoiceNotSettled = "invoice-not-settled"
    case currencyMismatch = "currency-mismatch"
    case creditExceedsInvoice = "credit-exceeds-invoice"
}

extension Refusal {
    init(_ code: BillingRefusal, _ detail: String) {
        self.init(code.rawValue, detail)
    }
}
