import ArgumentParser

/// The operator's command line.
@main
struct FarthingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing", abstract: "Runs and looks after Farthing, a payments core.",
        subcommands: [
            UpCommand.self, DownCommand.self, StatusCommand.self, VerifyCommand.self,
            RebuildCommand.self,
            ChaosCommand.self, SagaCommand.self, DeadLettersCommand.self, RelayCommand.self,
            AuditCommand.self, TokenCommand.self, SuperviseCommand.self,
        ])
}
