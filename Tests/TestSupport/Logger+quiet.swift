public import Logging

extension Logger {
    /// A logger for tests: silent.
    public static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
