// Placeholder: replaced by the service.
@main struct FarthingMain { static func main() {} }
