// Placeholder: replaced by the service.
@main struct LedgerMain { static func main() {} }
