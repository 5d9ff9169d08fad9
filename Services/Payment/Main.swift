// Placeholder: replaced by the service.
@main struct PaymentMain { static func main() {} }
