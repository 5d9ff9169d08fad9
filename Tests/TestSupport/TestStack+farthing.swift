import FoundationEssentials
public import LocalStack

extension TestStack {
    /// Runs the real `farthing` against this stack, as somebody who has sourced its `stack.env`.
    ///
    /// - Parameter directory: where it is run; finds no stack of its own unless this has one.
    public func farthing(
        _ words: [String], in directory: String = "/"
    ) async throws -> (status: LocalStack.ExitStatus, output: String) {
        let log = try TestRun.directory() + "/farthing-\(UInt32.random(in: 0...UInt32.max))"
        var command = ProcessCommand(
            TestRun.binaries + "/farthing", words, workingDirectory: directory, log: log)
        command.environment.merge(
            [
                "FARTHING_PAYMENT_URL": environment.paymentURL,
                "FARTHING_BILLING_URL": environment.billingURL,
                "FARTHING_LEDGER_URL": environment.ledgerURL,
                "FARTHING_PAYMENT_DB": environment.paymentDatabase,
                "FARTHING_BILLING_DB": environment.billingDatabase,
                "FARTHING_LEDGER_DB": environment.ledgerDatabase,
                "FARTHING_TOKEN": environment.token,
            ]) { $1 }
        let status = try await ProcessHandle.spawn("farthing", command).wait()
        return (status, try String(contentsOfFile: log, encoding: .utf8))
    }
}
