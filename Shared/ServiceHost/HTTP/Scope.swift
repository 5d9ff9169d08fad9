/// What a token allows its bearer to do: the words of its `scope` claim (RFC 8693 §4.2).
public enum Scope: String, CaseIterable, Sendable {
    case paymentsRead = "payments:read"
    case paymentsWrite = "payments:write"
    case billingRead = "billing:read"
    case billingWrite = "billing:write"
    case ledgerRead = "ledger:read"
    case ledgerWrite = "ledger:write"
    case `operator` = "operator"
}
