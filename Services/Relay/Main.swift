// Placeholder: replaced by the service.
@main struct RelayMain { static func main() {} }
