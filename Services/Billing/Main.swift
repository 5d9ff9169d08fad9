// Placeholder: replaced by the service.
@main struct BillingMain { static func main() {} }
